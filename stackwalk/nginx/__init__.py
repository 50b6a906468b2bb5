"""A learner's nginx.conf: read, moved to this machine, and explained. Pure; the program itself is in `stack.nginx`.

    # Who may be named in the file, and where each one really is (its taps), in the order of taking turns:
    services = {
        "application": Service(port=8000, addresses=(("127.0.0.1", 23001), ("127.0.0.1", 23002))),
        "api": Service(port=8000, addresses=(("127.0.0.1", 23003),)),
    }

    # stackwalk.stack.nginx, the effects:
    program = find_nginx(named)                # Nginx(path, version); named: --nginx; NginxMissing: cause "needs"
    prepared = prepare(program, workspace, run_folder, services, ports={80: 23480}, mounts=…, published=(80,))
    prepared.against                           # what was found on the way; with one of them that .stops: don't start
    prepared.complaints                        # these, and what nginx accepts in silence
    prepared.test(guardian)                    # these, and what nginx itself says (`nginx -t`), in the order of lines
    running = guardian.launch(prepared.argv, cwd=prepared.folder, environment=prepared.environment)
    await_ready(running, prepared, seconds)    # True, False, or how it ended
    prepared.ports                             # {80: 23480, 443: 23117}: every `listen`, as typed -> as it is
    prepared.files, prepared.logs              # what to watch for saves; the learner's logs, as typed -> as they are
    prepared.requests                          # our access log: a line each; served.read_request(line) -> Served
    prepared.blocks                            # the servers and locations that Served.block names by their keys
    prepared.shape                             # fronts, routes, pools with their weights, formats
    prepared.errors                            # error.log: prepared.explain(text) -> complaints, in what was typed
    again = prepare(program, workspace, run_folder, services, ports=prepared.ports)
    reload(running, again, guardian)           # Reloaded(took, complaints); new ports and addresses are no hindrance

A Complaint has the learner's file and line, nginx's own words (none of our paths and ports in them), what they
mean, and what to try. Its severity is "error" (nginx does not take the file), "warning" (nginx warns), "note"
(nginx is silent, and it is most likely a mistake) or "aside" (what this lab does otherwise than a server would).
"""
