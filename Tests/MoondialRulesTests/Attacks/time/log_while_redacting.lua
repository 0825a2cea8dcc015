-- Long lines that are searched for secrets, without end: redaction is part of the hook's time.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function(req)
    local text = (req.phone .. req.token):rep(2000)
    while true do pcall(moondial.log, text, { [text] = text }) end
  end,
}
