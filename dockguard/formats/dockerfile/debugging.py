"""Variables that put what runs in the image into a mode for developers."""

from __future__ import annotations

_ON = frozenset({"1", "true", "yes", "on"})
_DEVELOPMENT = frozenset({"development", "dev", "debug"})
_SWITCHES = {  # name -> product, for values that say yes
    "FLASK_DEBUG": "Flask",
    "DJANGO_DEBUG": "Django",
    "APP_DEBUG": "the application",
    "SYMFONY_DEBUG": "Symfony",
    "QUARKUS_LAUNCH_DEVMODE": "Quarkus",
    "PYTHONDEVMODE": "Python",
}
_ENVIRONMENTS = {  # name -> product, for values that say development
    "FLASK_ENV": "Flask",
    "NODE_ENV": "Node.js",
    "RAILS_ENV": "Rails",
    "RACK_ENV": "Rack",
    "APP_ENV": "the application",
    "ASPNETCORE_ENVIRONMENT": "ASP.NET Core",
    "DOTNET_ENVIRONMENT": ".NET",
}


def debug_mode(name: str, value: str | None) -> str:
    """The product that a variable puts into a mode for developers; "" for none."""
    if value is None:
        return ""
    text = value.strip().lower()
    if text in _ON and name in _SWITCHES:
        return _SWITCHES[name]
    if text in _DEVELOPMENT and name in _ENVIRONMENTS:
        return _ENVIRONMENTS[name]
    if name == "XDEBUG_MODE" and {"debug", "develop"} & set(text.split(",")):
        return "Xdebug"
    from dockguard.common.switches import of_variable

    setting = of_variable(name, value)
    return setting.product if setting is not None and setting.kind in ("debugger", "development") else ""
