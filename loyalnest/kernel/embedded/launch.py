"""Start a program that ends with its parent, under another uid where that is asked for.

    launch.py PARENT SIGNAL UID -- PROGRAM [ARGUMENT …]

A script of its own, on the standard library alone: it replaces itself with PROGRAM, keeping its
pid, in a session of its own. When process PARENT ends in any way, even by kill -9, the kernel
sends SIGNAL to PROGRAM. With a UID that differs from the caller's (who must be root), every
privilege is given up but one, and that only where a folder on the way to PROGRAM or the working
folder is closed to UID: the right to pass through folders, so that a server below /root works
while /root keeps its permissions.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CLONE_NEWUSER = 0x10000000
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAP_SETPCAP = 8
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    """Both 32-bit halves of the three sets; the rights named here lie in the lower one."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
        ("upper", ctypes.c_uint32 * 3),
    )


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _prctl(option: int, *values: int) -> None:
    padded = (*values, 0, 0, 0, 0)[:4]
    _call("prctl", option, *(ctypes.c_ulong(value) for value in padded))


def _permitted() -> int:
    sets = _Sets()
    _call("capget", ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), ctypes.byref(sets))
    return int(sets.permitted)


def _limit_to(mask: int) -> None:
    sets = _Sets(mask, mask, mask)
    _call("capset", ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), ctypes.byref(sets))


def become(uid: int, *, needed: list[str]) -> None:
    """Turn from root into `uid`, keeping the right to pass through only where it is needed."""
    _prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # Permitted survived, effective didn't: what can be reached now can be reached without help.
    closed = [path for path in needed if not os.access(path, os.F_OK)]
    if not closed:
        _limit_to(0)
        return
    keep = [c for c in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE) if _permitted() & 1 << c]
    if not keep or not _permitted() & 1 << CAP_SETPCAP:
        raise PermissionError(
            f"user {uid} can't reach {closed[0]}: a folder above it is closed, and this root may "
            "not hand on the right to pass through. Move the project to a folder open to all, or "
            "run it as an ordinary user."
        )
    _limit_to(1 << keep[0] | 1 << CAP_SETPCAP)
    # Without this bit access(2), which PostgreSQL asks before it runs a file, ignores the right.
    _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    _limit_to(1 << keep[0])
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, keep[0])


def appear_as(uid: int) -> None:
    """Bear the number `uid` in a user namespace of our own; what is written stays ours outside.

    For a user without a name, as in many containers, whom some programs refuse to work for.
    """
    me, group = os.geteuid(), os.getegid()
    try:
        _call("unshare", CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {me} 1")
        Path("/proc/self/gid_map").write_text(f"{uid} {group} 1")
    except OSError as error:
        sys.exit(
            f"This user, {me}, has no name, and PostgreSQL makes a cluster for named users only "
            f"({error.strerror}). Add it to /etc/passwd, or set LOYALNEST_DATABASE_URL."
        )


def main(arguments: list[str]) -> None:
    parent, number, uid, _, *command = arguments
    os.setsid()
    if os.geteuid() not in (0, int(uid)):
        appear_as(int(uid))
    elif int(uid) != os.geteuid():
        become(int(uid), needed=[command[0], os.getcwd()])
    os.umask(0o077)
    _prctl(PR_SET_PDEATHSIG, signal.Signals[number].value)
    if os.getppid() != int(parent):
        sys.exit("launch: the parent has ended already")
    os.execv(command[0], command)  # noqa: S606 - the very purpose; no shell is involved


if __name__ == "__main__":
    main(sys.argv[1:])
