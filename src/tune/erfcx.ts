/**
 * The scaled complementary error function exp(x^2) erfc(x) for x >= 0, to about 1e-15: unlike erfc it neither underflows
 * nor loses digits where x is large.
 *
 * Rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function", Mathematics of
 * Computation 23 (1969), 631-637; coefficients as in his CALERF (https://www.netlib.org/specfun/erf).
 */
export function erfcx(x: number): number {
  if (x <= 0.46875) return Math.exp(x * x) * (1 - erfNearZero(x));
  return x <= 4 ? erfcxInTheMiddle(x) : erfcxFarOut(x);
}

function erfNearZero(x: number): number {
  const z = x * x;
  const above =
    (((1.85777706184603153e-1 * z + 3.1611237438705656) * z + 1.13864154151050156e2) * z + 3.77485237685302021e2) * z +
    3.20937758913846947e3;
  const below =
    (((z + 2.36012909523441209e1) * z + 2.44024637934444173e2) * z + 1.28261652607737228e3) * z + 2.84423683343917062e3;
  return (x * above) / below;
}

function erfcxInTheMiddle(x: number): number {
  const upper =
    (((2.15311535474403846e-8 * x + 5.64188496988670089e-1) * x + 8.88314979438837594) * x + 6.61191906371416295e1) * x +
    2.98635138197400131e2;
  const above =
    (((upper * x + 8.81952221241769090e2) * x + 1.71204761263407058e3) * x + 2.05107837782607147e3) * x +
    1.23033935479799725e3;
  const lower =
    (((x + 1.57449261107098347e1) * x + 1.17693950891312499e2) * x + 5.37181101862009858e2) * x + 1.62138957456669019e3;
  const below =
    (((lower * x + 3.29079923573345963e3) * x + 4.36261909014324716e3) * x + 3.43936767414372164e3) * x +
    1.23033935480374942e3;
  return above / below;
}

const INVERSE_ROOT_PI = 1 / Math.sqrt(Math.PI);

function erfcxFarOut(x: number): number {
  const z = 1 / (x * x);
  const above =
    ((((1.63153871373020978e-2 * z + 3.05326634961232344e-1) * z + 3.60344899949804439e-1) * z +
      1.25781726111229246e-1) *
      z +
      1.60837851487422766e-2) *
      z +
    6.58749161529837803e-4;
  const below =
    ((((z + 2.56852019228982242) * z + 1.87295284992346047) * z + 5.27905102951428412e-1) * z +
      6.05183413124413191e-2) *
      z +
    2.33520497626869185e-3;
  return (INVERSE_ROOT_PI - (z * above) / below) / x;
}
