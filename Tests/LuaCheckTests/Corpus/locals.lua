local blocklist = require "lib.names"
--    ^ unused-require: the module 'lib.names' is required and never used
local gone = require "lib.gone"
--                   ^ module-not-found: module 'lib.gone' not found: no lib/gone.lua, no lib/gone/init.lua
local limit = 5
--    ^ unused-local: the local variable 'limit' is never used
local function unused() return gone end
--             ^ unused-local: the local function 'unused' is never used
local count
--    ^ unused-local: the local variable 'count' is assigned and never read
count = 1

rule "shadows" {
  pre_check = function(req)
    local review = req.context and req.context.review
    --    ^ shadowed-word: the local 'review' hides the word 'review' of the rule language
    for _, rule in ipairs { 1 } do if review == rule then return deny "x" end end
    --     ^ shadowed-word: the local 'rule' hides the word 'rule' of the rule language
  end,
}
