"""The keys that a compose file may hold; Compose refuses any other, and so finds a slip of the pen.

Source: the schema of https://github.com/compose-spec/compose-spec (compose-spec.json), as of 2026.
"""

import re
from difflib import get_close_matches

_WORD = re.compile(r"\w+")

TOP = frozenset(("version", "name", "include", "services", "networks", "volumes", "secrets", "configs", "models"))
SERVICE = frozenset(
    _WORD.findall(
        "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name "
        "cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset "
        "credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname "
        "entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck "
        "hostname image init ipc isolation label_file labels links logging mac_address mem_limit mem_reservation "
        "mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit "
        "platform ports post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only "
        "restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt "
        "sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir"
    )
)
BUILD = frozenset(
    _WORD.findall(
        "additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts "
        "isolation labels network no_cache platforms privileged provenance pull sbom secrets shm_size ssh tags target "
        "ulimits"
    )
)
PORT = frozenset(_WORD.findall("name mode host_ip target published protocol app_protocol"))
VOLUME = frozenset(_WORD.findall("type source target read_only consistency bind volume tmpfs image"))


def near(key: str, known: frozenset[str]) -> str:
    """The key that was probably meant, as a sentence; "" where none is near."""
    found = get_close_matches(key, known, n=1, cutoff=0.7)
    return f"Is {found[0]} meant?" if found else ""
