#include "fault_guard.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "mapping.h"
#include "mapping_table.h"
#include "platform.h"

namespace mmap_io {

namespace {

using platform::Access;
using platform::Span;

// ---- on the faulting thread, in signal context -----------------------------------

Span GranuleAt(const Mapping& mapping, const uint8_t* address, size_t granule) {
  const Span span = mapping.span();
  const size_t offset = static_cast<size_t>(address - span.base) / granule * granule;
  return {span.base + offset, std::min(granule, span.length - offset)};
}

// Where memory is short, what cannot be had for all of it may be had for one page.
bool CoverWithZeros(Span wanted, Span least) {
  return platform::CoverWithZeros(wanted) == 0 || platform::CoverWithZeros(least) == 0;
}

// The kernel allows some 65,000 pieces of address space, and each repair may
// take one. A program that goes on meeting faults gets larger and larger ones,
// so that it cannot use them up. Early doubling costs memory and is for
// mappings in which nothing but copies can be stored to.
Span RepairBlock(Mapping& mapping, const uint8_t* address) {
  constexpr uint32_t kMaxDoublings = 12;
  const uint32_t repairs_per_doubling = mapping.UniformlyReadOnly() ? 64 : 1024;
  const uint32_t doublings = std::min(mapping.CountRepair() / repairs_per_doubling, kMaxDoublings);
  return GranuleAt(mapping, address, mapping.granule() << doublings);
}

bool CoverBlockWithCopy(Mapping& mapping, const uint8_t* address) {
  const Span page = GranuleAt(mapping, address, mapping.granule());
  return platform::CoverWithCopy(RepairBlock(mapping, address)) == 0 || CoverWithZeros(page, page);
}

// A file that ends before this page ends before every later one, so all of them
// are covered at once. If a later one is there, the file did not shrink: its
// disk is full or failing, and only this page is lost.
bool CoverMissingPages(Mapping& mapping, const uint8_t* address) {
  const Span page = GranuleAt(mapping, address, mapping.granule());
  const Span reach = mapping.reach();
  if (address >= reach.end()) return CoverWithZeros(page, page);
  const Span last = GranuleAt(mapping, reach.end() - 1, mapping.granule());
  const Span rest{page.end(), static_cast<size_t>(last.end() - page.end())};
  const bool more = rest.length > 0 && (platform::Probe(last) == platform::Readable::kYes || platform::AnyResident(rest));
  if (more) return CoverBlockWithCopy(mapping, address);
  return CoverWithZeros({page.base, static_cast<size_t>(last.end() - page.base)}, page);
}

Condition ConditionAfter(Access access) {
  switch (access) {
    case Access::kBeyondFile: return Condition::kTruncated;
    case Access::kWrite: return Condition::kReadOnly;
    case Access::kRead: return Condition::kNoAccess;
    case Access::kHardware: return Condition::kHardware;
  }
  return Condition::kTruncated;
}

// Bytes stored from now on would go to a private page while the store that
// publishes them went to a shared one. So all of it becomes private at once,
// and then the locks go that said "alive".
bool TakeStructureAway(Mapping& mapping, Span page) {
  if (!mapping.TakeAway()) return CoverWithZeros(page, page);
  const bool taken = platform::PlacePrivateImage(mapping.span(), mapping.fd(), 0) == 0;
  if (!taken) platform::CoverWithNothing(mapping.span());
  platform::UnlockAllBytes(mapping.fd());
  return taken || CoverWithZeros(page, page);
}

bool Repair(Mapping& mapping, const uint8_t* address, Access access) {
  const Span page = GranuleAt(mapping, address, mapping.granule());
  if (mapping.condition() == Condition::kClosed) {
    return access == Access::kWrite ? CoverWithZeros(page, page) : platform::CoverWithReadableZeros(mapping.span()) == 0;
  }
  if (mapping.is_structure()) return TakeStructureAway(mapping, page);
  switch (access) {
    case Access::kBeyondFile: return CoverMissingPages(mapping, address);
    case Access::kHardware: return CoverWithZeros(page, page);
    case Access::kWrite:
    case Access::kRead: return CoverBlockWithCopy(mapping, address);
  }
  return false;
}

bool RepairFault(uint8_t* address, Access access) {
  Mapping* mapping = Mapping::FindInHandler(address);
  if (mapping == nullptr) return false;
  const bool closed = mapping->condition() == Condition::kClosed;
  if (!Repair(*mapping, address, access)) return false;
  if (mapping->MarkFault(address, closed ? Condition::kClosed : ConditionAfter(access))) platform::AnnounceFault();
  return true;
}

// ---- telling JavaScript ------------------------------------------------------------

struct Report {
  MappingId id;
  Condition kind;
  uint64_t offset;
};

struct Listeners {
  std::mutex mutex;
  std::vector<napi_threadsafe_function> callbacks;
};

// Never destroyed: the helper thread outlives static destruction.
Listeners& AllListeners() {
  static Listeners* listeners = new Listeners;
  return *listeners;
}

void TellEveryEnvironment(MappingId id, Condition kind, uint64_t offset) {
  std::lock_guard<std::mutex> lock(AllListeners().mutex);
  for (napi_threadsafe_function callback : AllListeners().callbacks) {
    Report* report = new Report{id, kind, offset};
    if (napi_call_threadsafe_function(callback, report, napi_tsfn_nonblocking) != napi_ok) delete report;
  }
}

[[noreturn]] void* HelperThread(void*) {
  for (;;) {
    platform::WaitForFault();
    Mapping::TakeFaults(TellEveryEnvironment);
  }
}

void CallListener(napi_env env, napi_value callback, void*, void* data) {
  Report* report = static_cast<Report*>(data);
  napi_value receiver;
  napi_value arguments[3];
  // A null environment is being torn down; a failing call has an exception that the runtime reports.
  if (env != nullptr && napi_get_undefined(env, &receiver) == napi_ok &&
      napi_create_int64(env, static_cast<int64_t>(report->id), &arguments[0]) == napi_ok &&
      napi_create_uint32(env, static_cast<uint32_t>(report->kind), &arguments[1]) == napi_ok &&
      napi_create_int64(env, static_cast<int64_t>(report->offset), &arguments[2]) == napi_ok) {
    napi_call_function(env, receiver, callback, 3, arguments, nullptr);
  }
  delete report;
}

void StopListening(void* data) {
  napi_threadsafe_function callback = static_cast<napi_threadsafe_function>(data);
  Listeners& listeners = AllListeners();
  std::lock_guard<std::mutex> lock(listeners.mutex);
  auto& callbacks = listeners.callbacks;
  callbacks.erase(std::remove(callbacks.begin(), callbacks.end(), callback), callbacks.end());
  napi_release_threadsafe_function(callback, napi_tsfn_abort);
}

}  // namespace

int EnableFaultGuard() {
  static std::mutex* mutex = new std::mutex;
  static bool enabled = false;
  std::lock_guard<std::mutex> lock(*mutex);
  if (!enabled) {
    platform::PinLibrary();
    MappingTable::Instance();  // made here, and not by a handler
    if (const int error = platform::PrepareFaultAnnouncements()) return error;
    if (const int error = platform::StartThread(HelperThread, nullptr)) return error;
    enabled = true;
  }
  return platform::PutFaultHandlersInFront(RepairFault);
}

napi_status ListenForFaults(napi_env env, napi_value callback) {
  napi_value name;
  napi_threadsafe_function listener;
  napi_status status = napi_create_string_utf8(env, "mmap-io fault", NAPI_AUTO_LENGTH, &name);
  if (status != napi_ok) return status;
  status = napi_create_threadsafe_function(env, callback, nullptr, name, 0, 1, nullptr, nullptr, nullptr, CallListener, &listener);
  if (status != napi_ok) return status;
  napi_unref_threadsafe_function(env, listener);
  {
    std::lock_guard<std::mutex> lock(AllListeners().mutex);
    AllListeners().callbacks.push_back(listener);
  }
  // Added after the function's own hook, so it runs before it.
  return napi_add_env_cleanup_hook(env, StopListening, listener);
}

}  // namespace mmap_io
