// The canonical words of a key and their hash, written from docs/format/values.md alone.
//
// Reads lines `kind payload low high`, in hexadecimal: kind `s` with UTF-16 units of four digits each, `n` with the 16
// digits of a double's bits, or `b` with bytes; `-` is an empty payload. Prints the words as bytes, and the hash.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

static std::string LittleEndian(uint64_t value, int length) {
  std::string bytes;
  for (int i = 0; i < length; i++) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

static std::string Canonical(char kind, const std::string& payload) {
  std::string bytes;
  uint32_t tag = 10;
  if (kind == 'n') {
    uint64_t bits = std::stoull(payload, nullptr, 16);
    double number;
    std::memcpy(&number, &bits, 8);
    const bool is_integer = number >= -2147483648.0 && number <= 2147483647.0 && std::floor(number) == number;
    if (std::isnan(number)) bits = 0x7ff8000000000000;
    tag = is_integer ? 5 : 6;
    bytes = is_integer ? LittleEndian(static_cast<uint32_t>(static_cast<int32_t>(number)), 4) : LittleEndian(bits, 8);
  } else {
    const size_t digits = kind == 's' ? 4 : 2;
    uint32_t widest = 0;
    for (size_t i = 0; i < payload.size(); i += digits) widest |= std::stoul(payload.substr(i, digits), nullptr, 16);
    if (kind == 's') tag = widest > 0xff ? 9 : 8;
    for (size_t i = 0; i < payload.size(); i += digits) {
      bytes += LittleEndian(std::stoul(payload.substr(i, digits), nullptr, 16), tag == 9 ? 2 : 1);
    }
  }
  const uint32_t head = static_cast<uint32_t>(bytes.size()) << 4 | tag;
  while (bytes.size() % 4 != 0) bytes += '\0';
  return LittleEndian(head, 4) + bytes;
}

static uint32_t Rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }

static uint32_t Hash(const std::string& bytes, uint32_t low, uint32_t high) {
  uint32_t words[1024];
  std::memcpy(words, bytes.data(), bytes.size());
  if (words[0] == 0x45) {
    uint32_t h = (words[1] ^ low) + high;
    h = (h ^ h >> 16) * 0x21f0aaad;
    h = (h ^ h >> 15) * 0x735a2d97;
    return h ^ h >> 15;
  }
  uint32_t h = low ^ high;
  for (size_t i = 0; i < bytes.size() / 4; i++) {
    h ^= Rotate(words[i] * (0xcc9e2d51 ^ low << 1), 15) * (0x1b873593 ^ high << 1);
    h = Rotate(h, 13) * 5 + 0xe6546b64;
  }
  h = (h ^ h >> 16) * 0x85ebca6b;
  h = (h ^ h >> 13) * 0xc2b2ae35;
  return h ^ h >> 16;
}

int main() {
  std::string kind, payload, low, high;
  while (std::cin >> kind >> payload >> low >> high) {
    const std::string bytes = Canonical(kind[0], payload == "-" ? "" : payload);
    for (const unsigned char byte : bytes) std::printf("%02x", byte);
    std::printf(" %08x\n", Hash(bytes, std::stoul(low, nullptr, 16), std::stoul(high, nullptr, 16)));
  }
}
