"""The stack as one: a web server and what stands behind it, started, tapped on every hop, and ended together.

declared = Declared(front, services)               # ProgramSpecs: of a lab's step, or of a workspace (`up`)
with guarding() as guardian, Stack(declared, guardian, workspace=…, scratch=…, environment=…) as stack:
    stack.prepare(door=8080)                       # reads nginx.conf; Refused: its complaints say why not
    stack.start()                                  # everything at once, innermost first; waits for nothing
    stack.await_ready(10.0)                        # or `look` whenever `fileno`s say that something happened
    stack.parts                                    # Running: name, state, pid, address, processes
    stack.running("application1").kill()           # its door shuts with it; .stop() .pause() .resume()
    stack.start_part("application1")
    stack.reload()                                 # the new nginx.conf; services named anew start before
    seen = stack.read()                            # sights with their hops; select on stack.tap
    joining.take(seen, stack.logged(), now)        # Joining: which inner exchanges served an outer one
    joining.journeys(now, epoch)                   # Journey: outer, legs; `changes(head, head)` of each hop
"""
