"""What holds for every test."""

import os

import pytest
from hypothesis import HealthCheck, settings

from cnnspec.ground import patience

# Read once, when TensorFlow is first imported: by whichever test comes to it.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# A first call into Keras takes seconds, which says nothing about the code under test.
# The quick run draws the same cases every time; the long one looks for new ones.
settings.register_profile(
    "quick",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("CNNSPEC_FIDELITY", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the files that hold expected texts anew."""
    parser.addoption("--golden", action="store_true", help="rewrite golden files")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--golden"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells how many random cases of each layer agreed with Keras."""
    found = [dict(r.user_properties) for r in terminalreporter.getreports("passed")]
    layers = [properties for properties in found if "layer" in properties]
    if os.environ.get("CNNSPEC_FIDELITY") == "long":
        for counts in layers:
            terminalreporter.write_line("{layer}: {valid} + {invalid}".format(**counts))
    if layers:
        cases = sum(counts["valid"] + counts["invalid"] for counts in layers)
        terminalreporter.write_line(
            f"{cases:,} random cases of {len(layers)} layers agree with Keras"
        )


@pytest.fixture(autouse=True)
def _hints() -> None:
    """Each test has as many hints as a check; what it asks may be no check."""
    patience.renew()
