using System.Globalization;
using System.Runtime.InteropServices;

namespace Cierre.AspNetCore.Kestrel;

/// <summary>How many descriptors the process may have, and whether connections have taken nearly all of them.</summary>
/// <remarks>
/// The last ones are not for connections. The runtime needs some to start a thread or to load code, and ends the process where it gets none. The kernel gives
/// each new descriptor the lowest number that is free (open(2)), so a high number says that there are few left.
/// </remarks>
internal sealed class DescriptorLimit(int most)
{
    private const int Reserve = 64;

    public int Most => most;

    private int Least => most - Math.Min(Reserve, most / 4);

    /// <summary>Null where the system does not say, or sets no limit.</summary>
    public static DescriptorLimit? Read()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            // proc(5): the limit's name, the soft one, the hard one.
            const string Name = "Max open files";
            string? line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
            string? soft = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int most) ? new DescriptorLimit(most) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether one that was opened just now says that few are left.</summary>
    public bool IsNear(SafeHandle opened) => opened.DangerousGetHandle() >= Least;

    /// <summary>The same by one that is opened for it.</summary>
    public bool IsNear()
    {
        try
        {
            using SafeHandle opened = File.OpenHandle("/dev/null");
            return IsNear(opened);
        }
        catch (IOException)
        {
            return true;
        }
    }
}
