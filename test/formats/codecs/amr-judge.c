/* Codes AMR with the libraries of opencore-amr and vo-amrwbenc, from standard input to standard output, without a header:
 *   encode-nb MODE DTX | encode-wb MODE DTX   16-bit samples to frames
 *   decode-nb | decode-wb                     frames to 16-bit samples, comfort noise included */
#include <opencore-amrnb/interf_dec.h>
#include <opencore-amrnb/interf_enc.h>
#include <opencore-amrwb/dec_if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vo-amrwbenc/enc_if.h>

/* 3GPP TS 26.101 table 1a, TS 26.201 table 1a, with the header byte. */
static const int narrow[16] = {13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1};
static const int wide[16] = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1};

int main(int count, char **words) {
  if (count < 2) return 2;
  int wb = strstr(words[1], "-wb") != NULL;
  size_t samples = wb ? 320 : 160;
  short sound[320];
  unsigned char frame[128];
  if (strncmp(words[1], "encode", 6) == 0 && count == 4) {
    int mode = atoi(words[2]), dtx = atoi(words[3]);
    void *encoder = wb ? E_IF_init() : Encoder_Interface_init(dtx);
    while (fread(sound, 2, samples, stdin) == samples) {
      int size = wb ? E_IF_encode(encoder, mode, sound, frame, dtx) : Encoder_Interface_Encode(encoder, mode, sound, frame, 0);
      fwrite(frame, 1, size, stdout);
    }
    return 0;
  }
  void *decoder = wb ? D_IF_init() : Decoder_Interface_init();
  while (fread(frame, 1, 1, stdin) == 1) {
    size_t rest = (wb ? wide : narrow)[(frame[0] >> 3) & 15] - 1;
    if (fread(frame + 1, 1, rest, stdin) != rest) break;
    if (wb) D_IF_decode(decoder, frame, sound, 0);
    else Decoder_Interface_Decode(decoder, frame, sound, 0);
    fwrite(sound, 2, samples, stdout);
  }
  return 0;
}
