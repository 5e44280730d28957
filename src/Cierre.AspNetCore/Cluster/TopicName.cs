using System.Text;
using Cierre.Connections;

namespace Cierre.AspNetCore.Cluster;

internal static class TopicName
{
    /// <summary>It is part of a line that a client sends back, so that it has no end of line, and a bound.</summary>
    public static void Check(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
                throw new ArgumentException("The name of a topic has no control character and no lone surrogate.", parameter);
        }

        int length = Encoding.UTF8.GetByteCount(name), most = ConnectionControl.TopicHub.LongestName;
        if (length > most) throw new ArgumentException($"The name of a topic has at most {most} bytes of UTF-8, and this one has {length}.", parameter);
    }
}
