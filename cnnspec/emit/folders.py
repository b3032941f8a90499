"""Where templates lie: in one's own folder first, then in cnnspec's."""

from pathlib import Path


def template_folder() -> Path:
    """Inside the package where a wheel was installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def folders(own: str | None = None) -> tuple[Path, ...]:
    """Where templates are looked for, in this order.

    Args:
        own: a folder of one's own.
    """
    ours = template_folder()
    return (ours,) if own is None else (Path(own), ours)


def changes_something(own: str) -> bool:
    """Whether a folder has a file that takes the place of one of cnnspec's."""
    ours, theirs = template_folder(), Path(own)
    names = (path.relative_to(ours) for path in ours.rglob("*.*"))
    languages = (theirs / "languages").glob("*.yaml")
    return any((theirs / name).is_file() for name in names) or any(languages)
