#include "fault_guard.h"

#include <algorithm>
#include <mutex>
#include <thread>
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

// A file that ends before this page ends before every later one, so all of them
// are covered at once. If the last page is there, the file did not shrink: its
// disk is full or failing, and only this page is lost.
bool CoverMissingPages(const Mapping& mapping, const uint8_t* address) {
  const Span page = GranuleAt(mapping, address, mapping.granule());
  const Span reach = mapping.reach();
  const Span last = GranuleAt(mapping, reach.end() - 1, mapping.granule());
  if (address >= reach.end() || platform::Probe(last) == platform::Readable::kYes) return CoverWithZeros(page, page);
  return CoverWithZeros({page.base, static_cast<size_t>(last.end() - page.base)}, page);
}

// The kernel allows some 65,000 pieces of address space. A program that goes on
// storing all over a read-only mapping gets larger and larger copies, so that
// it cannot use them up; where parts may be written, a copy must not hide them.
bool CopyForbiddenPages(Mapping& mapping, const uint8_t* address) {
  constexpr uint32_t kRepairsPerDoubling = 64;
  constexpr uint32_t kMaxDoublings = 12;
  const uint32_t repairs = mapping.CountRepair();
  const uint32_t doublings = mapping.UniformlyReadOnly() ? std::min(repairs / kRepairsPerDoubling, kMaxDoublings) : 0;
  return platform::CoverWithCopy(GranuleAt(mapping, address, mapping.granule() << doublings)) == 0;
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

bool Repair(Mapping& mapping, const uint8_t* address, Access access) {
  const Span page = GranuleAt(mapping, address, mapping.granule());
  if (mapping.condition() == Condition::kClosed) return CoverWithZeros(mapping.span(), page);
  switch (access) {
    case Access::kBeyondFile: return CoverMissingPages(mapping, address);
    case Access::kHardware: return CoverWithZeros(page, page);
    case Access::kWrite:
    case Access::kRead: return CopyForbiddenPages(mapping, address);
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

[[noreturn]] void HelperThread() {
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
  static const int result = [] {
    platform::PinLibrary();
    MappingTable::Instance();  // made here, and not by a handler
    const int error = platform::InstallFaultHandlers(RepairFault);
    if (error == 0) std::thread(HelperThread).detach();
    return error;
  }();
  return result;
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
