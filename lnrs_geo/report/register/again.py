"""The command line that makes the same batch again, from its record."""

import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from lnrs_geo.commandline import SINGLE, command_of
from lnrs_geo.settings import INTERVENTIONS

_NEEDED = {
    "measures",
    "strategy",
    "further",
    "layers",
    "measures_layers",
    "field_map",
    "dates",
    "as_at",
    *SINGLE,
}


def command_of_batch(run: Mapping[str, Any]) -> str:
    """Return the command line of a batch; empty where its record does not hold what that needs.

    Parameters
    ----------
    run
        The record of the batch. One that was read from a GeoPackage holds text alone, and no command is
        made of it.

    Notes
    -----
    Where a folder was the register, its path is not recorded, and there is no command.
    """
    options, register = run.get("options") or {}, run.get("register") or {}
    paths = [path for path in run.get("files") or () if PurePath(path).name == register.get("name")]
    if len(paths) != 1 or not options.keys() >= _NEEDED or not isinstance(options.get("tolerance_m"), float):
        return ""
    typed_as = {kept: word for word, kept in INTERVENTIONS.items()}
    call = {
        **{name: options[name] for name in SINGLE},
        "parcels": paths,
        "measures": options["measures"],
        "strategy": [options["strategy"], *options["further"]],
        "dates": options["dates"],
        "layers": options["layers"],
        "measures_layers": options["measures_layers"],
        "map": options["field_map"],
        "crs": options["crs"],
        "intervention": typed_as[options["intervention"]],
        "as_at": options["as_at"],
        "tolerance_m": options["tolerance_m"],
        "accept_proposed": options["accept_proposed"],
        "note": "",
    }
    more = [] if options["format"] == "gpkg" else ["--format", options["format"]]
    more += ["--site-folders" if options["folders"] else "--no-site-folders"]
    return f"{command_of(call, command='batch')} {shlex.join(more)}"
