// What scenarios are run with unless the command line says otherwise.

const MIB = 2 ** 20

export const OPTIONS = {
  smoke: false,
  rounds: 5,
  durationMs: 1_500,
  rate: 2_000,
  idleBeside: 2_000,
  uploadOctets: 64 * MIB,
  downloadOctets: 256 * MIB,
}

/** Every path is taken and every answer verified, but nothing is long enough to be a measurement. */
export const SMOKE_OPTIONS = {
  smoke: true,
  rounds: 1,
  durationMs: 50,
  rate: 500,
  idleBeside: 100,
  uploadOctets: 4 * MIB,
  downloadOctets: 4 * MIB,
}
