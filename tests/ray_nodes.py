"""A Ray cluster of several node processes on this machine, in a process that can be ended.

    python ray_nodes.py

Commands are lines of JSON on standard input, each answered by one: {"add": {variables}} starts a
node with one processor and answers its process id; {"stop": PID} ends one. The first answer is the
address of the head, which has no processor.
"""

from __future__ import annotations

import json
import sys
from typing import Any

_STORE = 80 * 1024**2


def main() -> None:
    from ray.cluster_utils import Cluster

    given = {"object_store_memory": _STORE, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **given})
    answer(cluster.address)
    nodes: dict[int, Any] = {}
    try:
        for line in sys.stdin:
            told = json.loads(line)
            if "add" in told:
                node = cluster.add_node(num_cpus=1, env_vars=told["add"], wait=False, **given)
                pid = node.all_processes["raylet"][0].process.pid
                nodes[pid] = node
                answer(pid)
            else:
                cluster.remove_node(nodes.pop(told["stop"]), allow_graceful=False)
                answer(None)
    finally:
        cluster.shutdown()


def answer(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
