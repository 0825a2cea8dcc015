-- The same all at once, before any of them has come back to be counted.
-- expect: deny survived
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    local sent, list = 0, {}
    for i = 1, 50 do
      list[i] = function()
        if pcall(moondial.attempt, "mobile", req.phone, "sim:delay=20ms") then sent = sent + 1 end
      end
    end
    moondial.all(list)
    return sent <= 4 and deny "survived"
  end,
}
