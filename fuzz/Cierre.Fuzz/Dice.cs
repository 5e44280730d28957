using System.Buffers.Binary;

namespace Cierre.Fuzz;

/// <summary>SplitMix64: fast, and the same everywhere for the same seed, so that an input is known by its number.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public static Dice For(ulong seed, long number) => new(unchecked((seed * 0x9E3779B97F4A7C15) ^ ((ulong)number * 0xD1B54A32D192ED03)));

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public void Fill(Span<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
        ulong rest = Next();
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(rest >> (8 * i));
    }

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Below(int below) => (int)((Next() >> 32) * (ulong)below >> 32);

    public bool OneIn(int n) => Below(n) == 0;

    public T Of<T>(ReadOnlySpan<T> values) => values[Below(values.Length)];
}
