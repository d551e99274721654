"""Lambda entry of the clocks, woken each minute."""

from functions.clocks.settings import settings
from jobipro.bootstrap.clocks import clocks
from jobipro.queues import run_due

handler = run_due("clocks", clocks(settings()).tasks)
