"""The one line in which models compute: two on the same cores are slower than one after another.

It also keeps a pass away from a model of which another thread has switched a part off.
"""

from __future__ import annotations

import threading

LINE = threading.RLock()  # whoever has it may ask for more of the model
