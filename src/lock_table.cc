#include "lock_table.h"

#include <iterator>
#include <map>
#include <mutex>

namespace mmap_io {

namespace {

using platform::ByteLock;

// What the kernel answers to the same calls on a file.
constexpr int kAgain = 11;
constexpr int kNotOpen = 9;

struct Member {
  const void* memory;
  const void* environment;
  std::map<uint64_t, ByteLock> locks;
};

struct Members {
  std::mutex mutex;
  std::map<MemberId, Member> all;
  MemberId last = 0;
};

using Lock = std::lock_guard<std::mutex>;

// Never destroyed: threads may end after static destruction.
Members& AllMembers() {
  static Members* members = new Members;
  return *members;
}

bool Conflict(ByteLock held, ByteLock wanted) { return held == ByteLock::kExclusive || wanted == ByteLock::kExclusive; }

// The mutex is held.
bool IsRefused(const Members& members, const Member& asking, uint64_t byte, ByteLock wanted) {
  if (wanted == ByteLock::kNone) return false;
  for (const auto& [id, member] : members.all) {
    if (&member == &asking || member.memory != asking.memory) continue;
    const auto held = member.locks.find(byte);
    if (held != member.locks.end() && Conflict(held->second, wanted)) return true;
  }
  return false;
}

}  // namespace

MemberId JoinLockTable(const void* memory, const void* environment) {
  Members& members = AllMembers();
  Lock lock(members.mutex);
  members.all[++members.last] = {memory, environment, {}};
  return members.last;
}

void LeaveLockTable(MemberId member) {
  Members& members = AllMembers();
  Lock lock(members.mutex);
  members.all.erase(member);
}

void LeaveAllLockTables(const void* environment) {
  Members& members = AllMembers();
  Lock lock(members.mutex);
  for (auto it = members.all.begin(); it != members.all.end();) {
    it = it->second.environment == environment ? members.all.erase(it) : std::next(it);
  }
}

int LockTableByte(MemberId member, uint64_t byte, ByteLock kind) {
  Members& members = AllMembers();
  Lock lock(members.mutex);
  const auto found = members.all.find(member);
  if (found == members.all.end()) return kNotOpen;
  if (IsRefused(members, found->second, byte, kind)) return kAgain;
  if (kind == ByteLock::kNone) {
    found->second.locks.erase(byte);
  } else {
    found->second.locks[byte] = kind;
  }
  return 0;
}

int TestTableByte(MemberId member, uint64_t byte, ByteLock kind, bool* refused) {
  Members& members = AllMembers();
  Lock lock(members.mutex);
  const auto found = members.all.find(member);
  if (found == members.all.end()) return kNotOpen;
  *refused = IsRefused(members, found->second, byte, kind);
  return 0;
}

}  // namespace mmap_io
