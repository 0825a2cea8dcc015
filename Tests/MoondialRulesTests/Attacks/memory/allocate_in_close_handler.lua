-- Allocates on the way out: while its error unwinds, when the limit may be thought to be over.
-- expect: review rule_error
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local x <close> = setmetatable({}, { __close = function()
      local t = {}
      while true do t = { t } end
    end })
    error "now close"
  end,
}
