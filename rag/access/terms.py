"""On what terms the service is open: by which names, and whether to those without a key."""

from __future__ import annotations

from dataclasses import dataclass

from rag.access.names import Names, is_loopback, names_of


@dataclass(frozen=True, slots=True)
class Terms:
    """The names a service answers to, and whether it demands keys.

    Where it does not, everyone on this machine may do all, until the first key is made: see
    `rag.access.ring`.
    """

    names: Names
    demanded: bool = True


def terms_of(
    address: str, names: tuple[str, ...] = (), machine: str = "", *, demand: bool = False
) -> Terms:
    """The terms of a service that listens at an address.

    Keys are demanded where others can reach it: at an address that is not of this machine alone,
    or through a proxy under one of the `names` given. And where somebody wishes it (`demand`).
    `machine` is the machine's own name.
    """
    others = not all(map(is_loopback, (address, *names)))
    return Terms(names_of(address, names, machine), demanded=others or demand)
