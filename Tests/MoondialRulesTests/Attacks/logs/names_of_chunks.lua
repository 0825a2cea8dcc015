-- Lines logged from chunks with huge names and with names that forge lines.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    load("moondial.log 'x'", "@" .. ("x"):rep(1 << 20))()
    load("moondial.log 'x'", "=" .. req.token .. "\nlog: FORGED\r\27[31m\0\u{9b}\u{202e}")()
    return deny "survived"
  end,
}
