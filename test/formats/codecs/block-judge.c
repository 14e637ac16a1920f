/* Packs and unpacks blocks with liblzo2, liblz4 and libsnappy: block-judge lzo1|lzo999|lz4|lz4hc|snappy pack|unpack.
   Standard input is blocks, each behind its size (32 bits of this machine); so is standard output, where a block that the library refuses
   has size 0xFFFFFFFF and no bytes. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lz4.h>
#include <lz4hc.h>
#include <lzo/lzo1x.h>
#include <snappy-c.h>

#define MOST (1 << 22)

static uint8_t in[MOST], out[2 * MOST];
static uint8_t work[LZO1X_999_MEM_COMPRESS > LZO1X_1_MEM_COMPRESS ? LZO1X_999_MEM_COMPRESS : LZO1X_1_MEM_COMPRESS];

int main(int argc, char *argv[]) {
  uint32_t size;
  if (argc != 3 || lzo_init() != LZO_E_OK) return 2;
  int packing = strcmp(argv[2], "pack") == 0;
  while (fread(&size, 4, 1, stdin) == 1) {
    if (size > MOST || fread(in, 1, size, stdin) != size) return 2;
    size_t made = sizeof out;
    int fine;
    if (strncmp(argv[1], "lzo", 3) == 0) {
      lzo_uint length = sizeof out;
      if (!packing) fine = lzo1x_decompress_safe(in, size, out, &length, NULL) == LZO_E_OK;
      else if (strcmp(argv[1], "lzo1") == 0) fine = lzo1x_1_compress(in, size, out, &length, work) == LZO_E_OK;
      else fine = lzo1x_999_compress(in, size, out, &length, work) == LZO_E_OK;
      made = length;
    } else if (strncmp(argv[1], "lz4", 3) == 0) {
      int length;
      if (!packing) length = LZ4_decompress_safe((char *)in, (char *)out, (int)size, sizeof out);
      else if (strcmp(argv[1], "lz4") == 0) length = LZ4_compress_default((char *)in, (char *)out, (int)size, sizeof out);
      else length = LZ4_compress_HC((char *)in, (char *)out, (int)size, sizeof out, LZ4HC_CLEVEL_MAX);
      fine = packing ? length > 0 : length >= 0;
      made = (size_t)length;
    } else {
      fine = (packing ? snappy_compress((char *)in, size, (char *)out, &made) : snappy_uncompress((char *)in, size, (char *)out, &made)) == SNAPPY_OK;
    }
    uint32_t told = fine ? (uint32_t)made : UINT32_MAX;
    fwrite(&told, 4, 1, stdout);
    if (fine) fwrite(out, 1, made, stdout);
  }
  return 0;
}
