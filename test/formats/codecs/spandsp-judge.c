/* Codes and decodes with libspandsp: spandsp-judge CODEC encode|decode RATE, bytes on standard input, result on standard output.
   CODEC is g726-left (first code in the high bits), g726-right, oki or g722; samples are 16 bits of this machine. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

int main(int argc, char *argv[]) {
  static uint8_t in[1 << 24];
  if (argc != 4) return 2;
  int decoding = strcmp(argv[2], "decode") == 0;
  int rate = atoi(argv[3]);
  int size = (int)fread(in, 1, sizeof in, stdin);
  /* 2 bits per sample is the minimum: four samples of two bytes per coded byte. */
  uint8_t *out = calloc((size_t)size + 16, 16);
  if (out == NULL) return 2;
  int16_t *samples = (int16_t *)(decoding ? out : in);
  uint8_t *codes = decoding ? in : out;
  int count = decoding ? size : size / 2;
  int made;
  if (strncmp(argv[1], "g726", 4) == 0) {
    int packing = strcmp(argv[1], "g726-left") == 0 ? G726_PACKING_LEFT : G726_PACKING_RIGHT;
    g726_state_t *state = g726_init(NULL, rate, G726_ENCODING_LINEAR, packing);
    made = decoding ? g726_decode(state, samples, codes, count) : g726_encode(state, codes, samples, count);
  } else if (strcmp(argv[1], "oki") == 0) {
    oki_adpcm_state_t *state = oki_adpcm_init(NULL, rate);
    made = decoding ? oki_adpcm_decode(state, samples, codes, count) : oki_adpcm_encode(state, codes, samples, count);
  } else if (strcmp(argv[1], "g722") == 0) {
    made = decoding ? g722_decode(g722_decode_init(NULL, rate, 0), samples, codes, count)
                    : g722_encode(g722_encode_init(NULL, rate, 0), codes, samples, count);
  } else {
    return 2;
  }
  fwrite(out, decoding ? 2 : 1, (size_t)made, stdout);
  return 0;
}
