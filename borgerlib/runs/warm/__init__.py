"""Warm kernels: the libraries are imported once, and every run gets a fresh fork of the process that did.

`server` is that process and `forked` what a fork does to become a kernel; `client` starts the server and
asks it for kernels; `provisioner` gives them to Jupyter and `engine` to papermill. Linux only: everywhere
else, and whenever a fork would not be the same as a new process, kernels start cold.
"""

from borgerlib.runs.warm.client import WarmServer
from borgerlib.runs.warm.source import KernelSource, OpenedServer, SharedServer

__all__ = ["KernelSource", "OpenedServer", "SharedServer", "WarmServer"]
