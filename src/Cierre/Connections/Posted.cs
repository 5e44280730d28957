namespace Cierre.Connections;

/// <summary>What became of a message that waits for nobody.</summary>
internal enum Posted
{
    Taken,

    /// <summary>There was no room for it.</summary>
    Dropped,

    /// <summary>The connection closes or is closed, perhaps for just this message.</summary>
    Closed,
}
