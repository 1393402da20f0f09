"""The kernel ``borger`` for JupyterLab and its like: what it is, and putting it where they look."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

NAME = "borger"
PROVISIONER = "borger-warm"


def kernelspec_folder() -> Path:
    """Return the folder that holds ``kernel.json``."""
    return Path(__file__).parent / "kernelspec"


def kernelspec() -> Any:
    """Return the specification of the kernel."""
    from jupyter_client.kernelspec import KernelSpec

    return KernelSpec.from_resource_dir(str(kernelspec_folder()))


def install_kernelspec(prefix: Path | None = None) -> Path:
    """Put the kernel where the Jupyter of an environment looks for kernels.

    Installing borgerlib does this too; it is for those who run it from its source.

    Parameters
    ----------
    prefix : Path, optional
        The environment's folder; that of this interpreter, if not given.

    Returns
    -------
    Path
        The folder in which it was put.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    return Path(
        KernelSpecManager().install_kernel_spec(
            str(kernelspec_folder()), kernel_name=NAME, prefix=str(prefix or sys.prefix)
        )
    )
