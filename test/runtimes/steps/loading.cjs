const assert = require('node:assert/strict')

module.exports = {
  'loads by require'() {
    const mmap = require('mmap-io')
    assert.equal(typeof mmap.map, 'function')
    assert.equal(typeof mmap.MappedFile.open, 'function')
    assert.ok(mmap.PAGESIZE >= 4096)
  },

  async 'loads by import, as the same objects'() {
    const mmap = require('mmap-io')
    const namespace = await import('mmap-io')
    for (const name of ['map', 'mapShared', 'unmap', 'MappedFile', 'MappingError', 'SystemError', 'constants']) {
      assert.equal(namespace[name], mmap[name], name)
      assert.equal(namespace.default[name], mmap[name], `default.${name}`)
    }
  },
}
