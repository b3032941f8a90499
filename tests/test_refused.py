"""What Keras refuses although cnnspec takes it ends in a diagnostic."""

from pathlib import Path

import keras
import pytest

from cnnspec import api
from cnnspec.ground.errors import SpecError

# No case is known that Keras refuses by itself: what was one, became a rule.
SPEC = """\
input: [4]
layers:
  - Dense: 3
  - Dense: {units: 3, name: odd, kernel_initializer: orthogonal}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("not this one")

    monkeypatch.setattr(keras.initializers.Orthogonal, "__call__", refuse)
    path = tmp_path / "odd.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_check_with_keras_points_at_the_layer(spec: Path) -> None:
    assert api.check(spec).ok
    [found] = api.check(spec, keras=True).diagnostics
    assert (found.code, found.mark.line) == ("keras-refused", 4)
    assert found.message.startswith("Keras doesn't take 'odd' (Dense): ")


def test_build_writes_nothing(spec: Path, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="keras-refused"):
        api.build(api.load(spec), tmp_path / "out")
    assert not (tmp_path / "out").exists()
