-- Refreshes with rotation: each answer holds the token of the next request. One connection a thread; the first tokens
-- are the lines of the environment variable TOKENS.
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(args)
   local line = 0
   for token in os.getenv("TOKENS"):gmatch("%S+") do
      if line == number then refresh = token end
      line = line + 1
   end
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   return wrk.format("POST", nil, nil, '{"refresh":"' .. refresh .. '"}')
end

function response(status, headers, body)
   refresh = body:match('"refresh":"([^"]+)"') or refresh
end
