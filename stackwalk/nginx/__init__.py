"""A learner's nginx.conf: read, moved to this machine, and explained. Pure; the program itself is in `stack.nginx`.

    # Who may be named in the file, and where each one really is (the addresses of its taps), in order:
    services = {
        "application": Service(port=8000, addresses=(("127.0.0.1", 23001), ("127.0.0.1", 23002))),
        "api": Service(port=8000, addresses=(("127.0.0.1", 23003),)),
    }

    # stackwalk.stack.nginx, the effects:
    program = find_nginx(named)                # Nginx(path, version); named: --nginx; NginxMissing: cause "needs"
    prepared = prepare(program, workspace, run_folder, services, ports={80: 23480})   # writes copies and a wrapper
    prepared.complaints                        # what was found before nginx; any with .stops: do not start it
    prepared.test(guardian)                    # `nginx -t`: what nginx says against it, as complaints
    guardian.launch(prepared.argv, cwd=prepared.folder, environment=prepared.environment)
    prepared.ports                             # {80: 23480, 443: 23117}: every `listen`, as typed -> as it is
    prepared.files, prepared.logs              # what to watch for saves; the learner's logs, as typed -> as they are
    prepared.requests                          # our access log: a JSON object a line, `read_request(line)` -> Served
    prepared.errors                            # error.log: `prepared.explain(text)` -> complaints, in what was typed
    again = prepare(program, workspace, run_folder, services, ports=prepared.ports)
    reload(running, prepared, again, guardian) # Reloaded(took, restart, complaints)

A Complaint has the learner's file and line, nginx's own words (none of our paths and ports in them), what they
mean, and what to try. Its severity is "error" (nginx does not take the file), "warning" (nginx warns), "note"
(nginx is silent, and it is most likely a mistake) or "aside" (what this lab does otherwise than a server would).
"""
