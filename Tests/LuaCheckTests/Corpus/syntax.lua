rule "broken" {
  pre_check = function(req)
    if req.phone = "" then return deny "x" end
    --           ^ syntax-error: 'then' expected near '='
  end,
}
