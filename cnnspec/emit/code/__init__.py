"""Program and Summary to the code that builds the model."""

from cnnspec.emit.code.model import ModelCode, model_code

__all__ = ["ModelCode", "model_code"]
