namespace Cierre.TestKit;

/// <summary>An expectation of the kit that did not hold.</summary>
public sealed class TestFailureException(string message) : Exception(message)
{
    internal static void Unless(bool holds, string message)
    {
        if (!holds) throw new TestFailureException(message);
    }

    internal static void UnlessEqual<T>(T expected, T actual, string what) =>
        Unless(EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: expected {Show(expected)}, was {Show(actual)}");

    // Not every value has a sentence for itself; a close frame is code and reason.
    private static string Show<T>(T value) => value switch
    {
        null => "none",
        CloseFrame frame => $"{frame.Code} \"{frame.Reason}\"",
        _ => value.ToString() ?? "",
    };
}
