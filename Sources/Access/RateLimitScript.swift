import Redis

/// The sliding window in Redis. What the window lets in is the count of this minute and, of the minute before, the part that
/// the last sixty seconds still reach into.
package enum RateLimitScript {
    /// KEYS: subjects. ARGV: window, 1 to count or 0 only to ask, the fresh epoch or nothing, the expected epoch or nothing,
    /// an epoch's life, how many requests there are of this kind, then limit, cost and next cost of each subject.
    /// Returns words: the time in milliseconds, the epoch of the first subject or a minus; then of each request whether it is let
    /// in, limit, remaining and milliseconds to wait of the tightest limit.
    package static let script = Script("""
        local window, counts, fresh, expected = tonumber(ARGV[1]), ARGV[2] == '1', ARGV[3], ARGV[4]
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local number = math.floor(now / window)
        local elapsed = now - number * window
        local here, before = ':' .. string.format('%d', number), ':' .. string.format('%d', number - 1)

        -- All that is written has an end.
        local function keep(key, value, life) redis.call('SET', key, value, 'PX', life) end

        -- Milliseconds until there is room for so many more, if nobody else comes.
        local function wait(p, c, limit, more)
          local milliseconds
          if more > limit then
            milliseconds = window - elapsed
          elseif c + more <= limit then
            milliseconds = p > 0 and window * (1 - (limit - c - more) / p) - elapsed or 0
          else
            milliseconds = window - elapsed + math.max(0, window * (1 - (limit - more) / c))
          end
          return math.max(0, math.ceil(milliseconds)) + 1
        end

        local epoch, isOther = '-', false
        local subjects = {}
        for i, key in ipairs(KEYS) do
          local values = redis.call('MGET', key .. here, key .. before, key .. ':epoch')
          local c = tonumber(values[1] or 0)
          if i == 1 and fresh ~= '' then
            epoch = values[3]
            if not epoch then
              epoch = fresh
              keep(key .. ':epoch', epoch, ARGV[5])
            elseif c == 0 then
              redis.call('PEXPIRE', key .. ':epoch', ARGV[5])
            end
            isOther = expected ~= '' and expected ~= epoch
          end
          subjects[i] = {
            key = key, first = c, c = c, p = tonumber(values[2] or 0), limit = tonumber(ARGV[4 + 3 * i]),
            cost = isOther and 0 or tonumber(ARGV[5 + 3 * i]), again = tonumber(ARGV[6 + 3 * i])
          }
        end

        local words = {string.format('%d', now), epoch}
        local function tell(isIn, limit, remaining, milliseconds)
          words[#words + 1] = string.format('%d %d %d %d', isIn, limit, remaining, milliseconds)
        end
        for _ = 1, tonumber(ARGV[6]) do
          local isRefused, tightest, last = false
          for _, s in ipairs(subjects) do
            local used = s.p * (window - elapsed) / window + s.c
            if used + s.cost <= s.limit then
              local left = math.floor(s.limit - used - s.cost)
              local room = wait(s.p, s.c + s.cost, s.limit, left + 1)
              if not tightest or left < tightest[2] or left == tightest[2] and room > tightest[3] then
                tightest = {s.limit, left, room}
              end
            else
              isRefused = true
            end
            if used + s.again > s.limit then
              -- Of all limits: the one that refuses may be the first to let in again.
              local room = wait(s.p, s.c, s.limit, s.again)
              if not last or room > last[3] then last = {s.limit, math.max(0, math.floor(s.limit - used)), room} end
            end
          end
          if isRefused then
            tell(0, last[1], last[2], last[3])
          else
            tell(1, tightest[1], tightest[2], tightest[3])
            if counts and not isOther then for _, s in ipairs(subjects) do s.c = s.c + s.cost end end
          end
        end
        for _, s in ipairs(subjects) do
          if s.c > s.first and s.first == 0 then
            keep(s.key .. here, s.c, 2 * window)
          elseif s.c > s.first then
            redis.call('INCRBY', s.key .. here, s.c - s.first)
          end
        end
        return table.concat(words, ' ')
        """)

    /// What is said of so many requests of one kind.
    package static func decisions(_ reply: Reply, of count: Int) throws -> [RateDecision] {
        guard case .string(let text) = reply else { throw unreadable }
        let words = text.split(separator: UInt8(ascii: " "))
        guard words.count == 2 + 4 * count, let now = number(words[0]) else { throw unreadable }
        let epoch = words[1].elementsEqual([UInt8(ascii: "-")]) ? nil : String(decoding: words[1], as: UTF8.self)
        return try (0..<count).map { index in
            let at = 2 + 4 * index
            guard let allowed = number(words[at]), let limit = number(words[at + 1]), let remaining = number(words[at + 2]),
                let wait = number(words[at + 3])
            else { throw unreadable }
            return RateDecision(
                isAllowed: allowed == 1, limit: limit, remaining: remaining, wait: wait, now: now, epoch: epoch, isShared: true)
        }
    }

    private static let unreadable = RedisError.server("the rate limit script answered something else")

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...18).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }
}
