"""What earlier versions of Keras called layers and arguments, as today's have them.

Files and code of Keras 1 and 2 are read by these tables; imported for them alone.
Sources: keras/legacy/interfaces.py of Keras 2.0 to 2.2, which took the arguments of
Keras 1, and the constructors of Keras 1.2, 2.3 and tf-keras 2.21.
"""

from cnnspec.catalogue.past.current import Current, Note, current
from cnnspec.catalogue.past.order import by_position

__all__ = ["Current", "Note", "by_position", "current"]
