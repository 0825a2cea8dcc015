-- Not a hook but the file itself: loading never ends, and with it the start of the host.
-- expect: load rule_timeout
-- budget: load=100ms
while true do end
