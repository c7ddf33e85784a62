/** The package's types cover its main file only, which touches Math.random when imported. */
declare module "seedrandom/lib/alea.js" {
  interface Prng {
    (): number;
    int32(): number;
    double(): number;
  }
  // biome-ignore lint/style/noDefaultExport: this is what the package has
  export default function alea(seed: string): Prng;
}
