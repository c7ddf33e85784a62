import { exp } from "./tpe-log";

const INVERSE_ROOT_PI: f64 = 0.5641895835477563;

/**
 * The scaled complementary error function exp(x^2) erfc(x) for x >= 0, to about 1e-15: unlike erfc it neither underflows
 * nor loses digits where x is large. As in src/tune/erfcx.ts, where the source is named.
 */
export function erfcx(x: f64): f64 {
  if (x <= 0.46875) return exp(x * x) * (1 - erfNearZero(x));
  return x <= 4 ? erfcxInTheMiddle(x) : erfcxFarOut(x);
}

function erfNearZero(x: f64): f64 {
  const z = x * x;
  const above =
    (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z +
    3209.3775891384694;
  const below = (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.236833439171;
  return (x * above) / below;
}

function erfcxInTheMiddle(x: f64): f64 {
  const upper =
    (((2.1531153547440383e-8 * x + 0.5641884969886701) * x + 8.883149794388377) * x + 66.11919063714163) * x +
    298.6351381974001;
  const above =
    (((upper * x + 881.952221241769) * x + 1712.0476126340707) * x + 2051.0783778260716) * x + 1230.3393547979972;
  const lower = (((x + 15.744926110709835) * x + 117.6939508913125) * x + 537.1811018620099) * x + 1621.3895745666903;
  const below =
    (((lower * x + 3290.7992357334597) * x + 4362.619090143247) * x + 3439.3676741437216) * x + 1230.3393548037495;
  return above / below;
}

function erfcxFarOut(x: f64): f64 {
  const z = 1 / (x * x);
  const above =
    ((((0.016315387137302097 * z + 0.30532663496123236) * z + 0.36034489994980445) * z + 0.12578172611122926) * z +
      0.016083785148742275) *
      z +
    0.0006587491615298378;
  const below =
    ((((z + 2.568520192289822) * z + 1.8729528499234604) * z + 0.5279051029514285) * z + 0.06051834131244132) * z +
    0.0023352049762686918;
  return (INVERSE_ROOT_PI - (z * above) / below) / x;
}
