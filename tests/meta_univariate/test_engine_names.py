"""Every name the engine offers resolves to the thing it names, in whatever order modules are imported."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

from consilience import meta

NAMES = list(meta.__all__)


@pytest.fixture(scope="module", autouse=True)
def every_module_imported() -> None:
    """An imported submodule becomes an attribute of its package and could hide a function of that name."""
    for info in pkgutil.walk_packages(meta.__path__, "consilience.meta."):
        import_module(info.name)


@pytest.mark.parametrize("name", NAMES)
def test_name_is_of_the_kind_it_looks_like(name):
    thing = getattr(meta, name)
    assert not isinstance(thing, ModuleType)
    if name.isupper():
        assert isinstance(thing, dict)
        assert thing
    elif name[0].isupper():
        assert inspect.isclass(thing)
        assert thing.__name__ == name
    else:
        assert inspect.isfunction(thing)
        assert thing.__name__ == name
        assert thing.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_no_name_is_that_of_a_module(name):
    assert name not in {info.name for info in pkgutil.iter_modules(meta.__path__)}


def test_names_are_listed_once_and_offered():
    assert len(set(NAMES)) == len(NAMES)
    assert sorted(dir(meta)) == sorted(NAMES)
