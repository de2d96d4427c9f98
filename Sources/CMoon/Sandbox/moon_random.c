// math.random: xoshiro256**, started from the session's seed, so that a run can be repeated.
#include "moon_calls.h"
#include "moon_sandbox.h"

static uint64_t rotate(uint64_t value, int by) { return value << by | value >> (64 - by); }

static uint64_t draw(uint64_t *state) {
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

// A number from 0 to `most`, each equally likely.
static uint64_t draw_to(uint64_t *state, uint64_t most) {
    uint64_t mask = most;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    uint64_t result;
    do result = draw(state) & mask;
    while (result > most);
    return result;
}

// math.random(): from 0 to below 1; (n): 1 to n; (m, n): m to n; (0): 64 random bits.
static int random(lua_State *L) {  // raises: mistakes
    uint64_t *state = moon_of(L)->random;
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
    case 0:
        lua_pushnumber(L, (lua_Number)(draw(state) >> 11) * 0x1p-53);
        return 1;
    case 1:
        high = luaL_checkinteger(L, 1);
        if (high == 0) {
            lua_pushinteger(L, (lua_Integer)draw(state));
            return 1;
        }
        break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default:
        return moon_raise(
            L, "math.random takes no number, one or two, got %d", lua_gettop(L));
    }
    if (low > high) return moon_raise(L, "math.random: the interval is empty");
    uint64_t most = (uint64_t)high - (uint64_t)low;
    lua_pushinteger(L, (lua_Integer)(draw_to(state, most) + (uint64_t)low));
    return 1;
}

void moon_open_random(lua_State *L) {
    moon_host *host = moon_of(L);
    uint64_t seed = host->limits.seed;
    for (int i = 0; i < 4; i++) {  // splitmix64 spreads the seed over the state
        uint64_t mixed = seed += 0x9e3779b97f4a7c15;
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
        host->random[i] = mixed ^ mixed >> 31;
    }
    lua_pushcfunction(L, random);
    lua_setfield(L, -2, "random");
    lua_pushnil(L);
    lua_setfield(L, -2, "randomseed");
}
