"""A notebook's settings: a default in its first cell, overridden by an environment variable of the same name."""
import os


def setting(name, default):
    """The environment variable `name` read as `default`'s type, or `default`. Flags are 0 or 1."""
    text = os.environ.get(name)
    if text is None:
        return default
    if isinstance(default, bool):
        if text not in ("0", "1"):
            raise ValueError(f"{name}={text!r} is neither 0 nor 1")
        return text == "1"
    try:
        return type(default)(text)
    except ValueError:
        raise ValueError(f"{name}={text!r} is not of type {type(default).__name__}") from None
