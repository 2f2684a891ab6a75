"""Imported once by the fork server: what all training processes share.

A fork server dies of any exception but ImportError, so everything is caught
here; the training process meets the exception again, where it is reported.
"""

import gc
import importlib
import os
from contextlib import suppress

from amt_magic.executors.training_process import MODULES_VARIABLE

for name in os.environ.pop(MODULES_VARIABLE, "").split(","):
    with suppress(BaseException):
        importlib.import_module(name)

gc.collect()
gc.freeze()  # forked processes then do not copy pages by counting references
