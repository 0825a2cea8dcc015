-- A hundred thousand lines to the log and the trace; what is above the limit is dropped with a note.
-- expect: deny survived
-- budget: hook=10s run=10s memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    for i = 1, 100000 do moondial.log("line " .. i) end
    return deny "survived"
  end,
}
