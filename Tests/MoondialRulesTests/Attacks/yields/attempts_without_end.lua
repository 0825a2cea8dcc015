-- Each attempt costs money: the run may make four, and the others are refused before they are sent.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local sent = 0
    for i = 1, 100 do
      if pcall(moondial.attempt, "mobile", req.phone, "other" .. i) then sent = sent + 1 end
    end
    return sent <= 4 and deny "survived"
  end,
}
