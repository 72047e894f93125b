/* For compilers of processors with 8 bits. */
typedef unsigned long u32;

static const unsigned char lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

int leap(unsigned year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

u32 days(unsigned year, unsigned char month, unsigned char day) {
  u32 sum = day;
  for (unsigned y = 1970; y < year; y++) sum += leap(y) ? 366 : 365;
  for (unsigned char m = 0; m + 1 < month; m++) sum += lengths[m] + (m == 1 && leap(year));
  return sum;
}

float mean(const int *values, unsigned char count) {
  float sum = 0;
  for (unsigned char i = 0; i < count; i++) sum += values[i] * 0.5f;
  return sum / count;
}
