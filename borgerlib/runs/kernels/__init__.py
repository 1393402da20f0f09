"""Run one notebook, or several, in kernels of their own."""
