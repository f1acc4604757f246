// Calls that may wait for a disk, on a thread of the runtime's pool.

#include "addon.h"

namespace mmap_io {

namespace {

// Resolves with what the synchronous calls return: 0, -errno, or a Condition.
class PartWorker : public Napi::AsyncWorker {
 public:
  explicit PartWorker(const Napi::CallbackInfo& info)
      : Napi::AsyncWorker(info.Env(), "mmap-io"), mapping_(Id(info, 0)) {
    if (mapping_) part_ = mapping_.Part(Offset(info, 1), Offset(info, 2));
  }

  // There is no promise to be had in a thread that is being terminated.
  Napi::Value Start() {
    napi_value promise;
    if (napi_create_promise(Env(), &deferred_, &promise) != napi_ok) {
      const Napi::Value undefined = Env().Undefined();
      Destroy();
      return undefined;
    }
    Queue();
    return Napi::Value(Env(), promise);
  }

 protected:
  virtual int Work(platform::Span part) = 0;

 private:
  // Lets the mapping go here: a runtime may end a worker thread without telling us that the work is done (Deno).
  void Execute() final {
    Condition condition = mapping_.refused();
    if (mapping_) {
      result_ = -Work(part_);
      condition = mapping_->condition();  // one that was closed meanwhile had other memory put under the call
      mapping_.Release();
    }
    if (condition != Condition::kOpen) result_ = static_cast<double>(condition);
  }

  void OnOK() final { napi_resolve_deferred(Env(), deferred_, Napi::Number::New(Env(), result_)); }

  napi_deferred deferred_ = nullptr;
  MappingPin mapping_;
  platform::Span part_;
  double result_ = 0;
};

class SyncWorker : public PartWorker {
 public:
  explicit SyncWorker(const Napi::CallbackInfo& info) : PartWorker(info), flags_(Int(info, 3)) {}

 private:
  int Work(platform::Span part) override { return platform::Sync(part, flags_); }

  const int flags_;
};

class PopulateWorker : public PartWorker {
 public:
  explicit PopulateWorker(const Napi::CallbackInfo& info) : PartWorker(info), write_(info[3].As<Napi::Boolean>().Value()) {}

 private:
  int Work(platform::Span part) override { return platform::Populate(part, write_); }

  const bool write_;
};

// The workers delete themselves when they are done.

// syncAsync(id, at, length, flags)
Napi::Value SyncAsync(const Napi::CallbackInfo& info) { return (new SyncWorker(info))->Start(); }

// populateAsync(id, at, length, write)
Napi::Value PopulateAsync(const Napi::CallbackInfo& info) { return (new PopulateWorker(info))->Start(); }

}  // namespace

void DefineAsyncCalls(Napi::Object exports) {
  Napi::Env env = exports.Env();
  exports.Set("syncAsync", Napi::Function::New(env, SyncAsync, "syncAsync"));
  exports.Set("populateAsync", Napi::Function::New(env, PopulateAsync, "populateAsync"));
}

}  // namespace mmap_io
